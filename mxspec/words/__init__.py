"""Words for people: reasons, problems and values as text, of the forms and facts that specs hand over."""
