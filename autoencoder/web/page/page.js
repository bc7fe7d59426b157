// The drawing goes to the server as a picture; all that is said of it comes from there.

const $ = (id) => document.getElementById(id);
const canvas = $("canvas");
const paint = canvas.getContext("2d", { willReadFrequently: true });
const STEP = 7; // pixels that an arrow key moves the pen
const KEPT = 30; // drawings that can be undone
const MAIN = 4; // sliders that are shown at once
const PHOTOGRAPH = 2000; // pixels of the longer side of one that is made smaller

let about; // the specs, labels and styles that there are
let past = []; // earlier drawings
let style = []; // the numbers of the style
let styleOfDrawing = null; // of what was drawn again
let shownLabel = null; // of the last sample, which the sliders change

// --- drawing ---------------------------------------------------------------------------------------------

// The ink is black on nothing; dark mode turns it by a filter, so that a drawing outlives a change of mode.
paint.lineCap = paint.lineJoin = "round";

function isEmpty() {
  const { data } = paint.getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 3; i < data.length; i += 4) if (data[i] > 40) return false;
  return true;
}

function keep() {
  past.push(paint.getImageData(0, 0, canvas.width, canvas.height));
  past = past.slice(-KEPT);
}

function clear() {
  paint.clearRect(0, 0, canvas.width, canvas.height);
}

function stroke(from, to) {
  paint.lineWidth = Number($("pen").value);
  paint.beginPath();
  paint.moveTo(from.x, from.y);
  paint.lineTo(to.x, to.y);
  paint.stroke();
}

function place(event) {
  const box = canvas.getBoundingClientRect();
  const scale = canvas.width / box.width;
  return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
}

let pointer = null; // the one that draws, and where it was last

canvas.addEventListener("pointerdown", (event) => {
  if (pointer || event.button > 0) return;
  canvas.setPointerCapture(event.pointerId);
  keep();
  forgetSample();
  pointer = { id: event.pointerId, last: place(event) };
  stroke(pointer.last, pointer.last);
  changed();
});
canvas.addEventListener("pointermove", (event) => {
  if (event.pointerId !== pointer?.id) return;
  const all = event.getCoalescedEvents?.() ?? [];
  for (const each of all.length ? all : [event]) {
    const here = place(each);
    stroke(pointer.last, here);
    pointer.last = here;
  }
  changed();
});
for (const kind of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(kind, (event) => {
    if (event.pointerId === pointer?.id) pointer = null;
  });
}

$("erase").addEventListener("click", () => {
  keep();
  clear();
  forgetSample();
  changed();
});
$("undo").addEventListener("click", undo);

function undo() {
  const before = past.pop();
  if (before) {
    paint.putImageData(before, 0, 0);
    forgetSample();
    changed();
  }
}

// By keyboard: a nib that the arrow keys move, and the space bar lowers.
const nib = { x: 140, y: 70, down: false };

function showNib() {
  const box = canvas.getBoundingClientRect();
  const scale = box.width / canvas.width;
  $("nib").style.transform = `translate(${nib.x * scale}px, ${nib.y * scale}px)`;
  $("nib").classList.toggle("down", nib.down);
  $("nib").hidden = false;
}

canvas.addEventListener("keydown", (event) => {
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (event.key in steps) {
    const [right, down] = steps[event.key];
    const from = { x: nib.x, y: nib.y };
    nib.x = Math.min(Math.max(nib.x + right * STEP, 0), canvas.width);
    nib.y = Math.min(Math.max(nib.y + down * STEP, 0), canvas.height);
    if (nib.down) {
      stroke(from, nib);
      changed();
    }
  } else if (event.key === " ") {
    nib.down = !nib.down;
    if (nib.down) {
      keep();
      forgetSample();
      stroke(nib, nib);
      changed();
    }
  } else if (event.key === "Delete" || event.key === "Backspace") {
    $("erase").click();
  } else {
    return;
  }
  event.preventDefault();
  showNib();
});
canvas.addEventListener("blur", () => {
  nib.down = false;
  $("nib").hidden = true;
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.target.matches("input, select")) {
    event.preventDefault();
    undo();
  }
});

// A picture that is light on black, put on the paper as ink; false if the user has done something else meanwhile.
async function putOnPaper(url, turn) {
  const image = new Image();
  image.src = url;
  await image.decode();
  if (turn !== turns) return false;
  keep();
  clear();
  paint.imageSmoothingEnabled = true;
  paint.imageSmoothingQuality = "high";
  paint.drawImage(image, 0, 0, canvas.width, canvas.height);
  const pixels = paint.getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < pixels.data.length; i += 4) {
    pixels.data[i + 3] = pixels.data[i];
    pixels.data[i] = pixels.data[i + 1] = pixels.data[i + 2] = 0;
  }
  paint.putImageData(pixels, 0, 0);
  return true;
}

// --- asking ----------------------------------------------------------------------------------------------

// One question at a time, about the drawing or a file: of those that come meanwhile, the last is asked when the
// answer is there. Whatever puts something on the paper takes a turn, and gives way if a later one has begun.
let turns = 0;
let question = null; // the next: { file, turn }; the file is null for the drawing
let asking = false;
let request = null; // about a file, which a later turn stops

function takeTurn() {
  request?.abort();
  turns += 1;
  return turns;
}

function changed() {
  describePaper();
  enqueue(null);
}

function describePaper(picture = null) {
  const empty = isEmpty();
  $("hint").hidden = !empty;
  const content = picture ? `with the picture ${picture}` : empty ? "empty" : "with your drawing";
  canvas.setAttribute("aria-label", `Drawing area, ${content}`);
}

function enqueue(file) {
  question = { file, turn: takeTurn() };
  if (!asking) askAll();
}

async function askAll() {
  asking = true;
  $("answers").dataset.asking = "";
  while (question) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    const { file, turn } = question;
    question = null;
    if (file) await askAboutFile(file, turn);
    else await askAboutDrawing();
  }
  asking = false;
  delete $("answers").dataset.asking;
}

async function askAboutDrawing() {
  const data = isEmpty() ? { blank: true } : await look(await asFile());
  if (!question) answer(data);
}

async function askAboutFile(file, turn) {
  request = new AbortController();
  const data = await look(await withinLimit(file), request.signal);
  if (data.shown) await putOnPaper(data.shown, turn);
  if (turn !== turns) {
    question ??= { file: null, turn }; // the paper stays as it is; its answers have been taken away
    return;
  }
  if (!data.shown) {
    keep();
    clear();
  }
  describePaper(data.shown && file.name);
  answer(data, `Nothing is drawn in ${file.name}.`);
}

function asFile() {
  const page = document.createElement("canvas");
  page.width = canvas.width;
  page.height = canvas.height;
  const white = page.getContext("2d");
  white.fillStyle = "white";
  white.fillRect(0, 0, page.width, page.height);
  white.drawImage(canvas, 0, 0);
  return new Promise((resolve) => page.toBlob(resolve, "image/png"));
}

async function fetched(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("The server does not answer. Is it still running?");
  }
  const data = await response.json().catch(() => ({}));
  if (response.ok) return data;
  const reasons = data.detail ?? data.errors ?? response.statusText;
  throw new Error(Array.isArray(reasons) ? reasons.map((each) => each.msg).join("; ") : reasons);
}

// A photograph may have more bytes than the server takes; it is made smaller here.
async function withinLimit(file) {
  if (!about || file.size <= about.most_bytes) return file;
  try {
    const image = await createImageBitmap(file);
    const page = document.createElement("canvas");
    const scale = Math.min(1, PHOTOGRAPH / Math.max(image.width, image.height));
    page.width = Math.max(1, Math.round(image.width * scale));
    page.height = Math.max(1, Math.round(image.height * scale));
    const white = page.getContext("2d");
    white.fillStyle = "white";
    white.fillRect(0, 0, page.width, page.height);
    white.imageSmoothingQuality = "high";
    white.drawImage(image, 0, 0, page.width, page.height);
    return await new Promise((resolve) => page.toBlob(resolve, "image/jpeg", 0.9));
  } catch {
    return file; // not a picture; the server says so
  }
}

async function look(file, signal) {
  const headers = { "Content-Type": "image/png" };
  try {
    return await fetched("/look", { method: "POST", body: file, headers, signal });
  } catch (error) {
    return { error: error.message };
  }
}

function answer(data, ifBlank) {
  if (data.error) saysNothing(data.error);
  else if (data.blank) saysNothing(ifBlank);
  else says(data);
}

function saysNothing(instead = "Nothing is drawn yet.") {
  $("reading").textContent = instead;
  $("reason").hidden = true;
  for (const id of ["shown", "again", "difference"]) $(id).hidden = true;
  $("again-caption").textContent = "drawn again";
  $("difference-caption").textContent = "unexplained";
  for (const item of $("specs").children) mark(item, null);
  styleOfDrawing = null;
  $("mine").disabled = true;
}

function says(data) {
  // The confidence is shared out among the labels: that the picture is one of them is the anomaly score's.
  const sure = data.confidence === null ? "" : `, ${percent(data.confidence)} sure among the labels`;
  const remark = data.remark ? `, ${data.remark}` : "";
  const read = `Read as ${data.label}${remark}${sure}`;
  $("reading").textContent = data.label === null ? "This is none of the labels." : read;
  $("reason").textContent = data.reason ?? "";
  $("reason").hidden = !data.reason;
  show("shown", data.shown, "What the network is shown of your drawing");
  show("again", data.again, `The nearest ${data.again_label} that the other network draws`);
  show("difference", data.difference, `What differs: ${percent(data.unexplained)} of the ink is unexplained`);
  $("again-caption").textContent = `drawn again, as ${data.again_label}`;
  $("difference-caption").textContent = `${percent(data.unexplained)} unexplained`;
  const answers = new Map(data.specs.map((each) => [each.spec, each]));
  for (const item of $("specs").children) mark(item, answers.get(item.dataset.spec));
  styleOfDrawing = data.style;
  $("mine").disabled = !data.style;
}

// Rounded down, so that only what is certain is 100 %.
function percent(share) {
  const tenths = Math.floor(share * 1000) / 10;
  return `${tenths >= 99 && tenths < 100 ? tenths.toFixed(1) : Math.floor(tenths)} %`;
}

function show(id, url, words) {
  $(id).src = url;
  $(id).alt = words;
  $(id).hidden = false;
}

function mark(item, answer) {
  item.className = answer ? (answer.valid ? "yes" : "no") : "";
  item.querySelector(".mark").textContent = answer ? (answer.valid ? "✓" : "✗") : "·";
  const verdict = answer ? (answer.valid ? "fits: " : "does not fit: ") : "";
  item.querySelector(".said").textContent = verdict + (answer?.sentence ?? item.dataset.form);
}

// --- pictures from elsewhere -----------------------------------------------------------------------------

function upload(file) {
  if (!file) return;
  forgetSample();
  saysNothing(`Reading ${file.name}…`);
  enqueue(file);
}

$("upload").addEventListener("change", (event) => {
  upload(event.target.files[0]);
  event.target.value = ""; // so that the same file can be chosen again
});
document.addEventListener("paste", (event) => upload(event.clipboardData.files[0]));
for (const kind of ["dragover", "dragleave", "drop"]) {
  $("paper").addEventListener(kind, (event) => {
    event.preventDefault();
    $("paper").classList.toggle("drop", kind === "dragover");
  });
}
$("paper").addEventListener("drop", (event) => upload(event.dataTransfer.files[0]));

// --- samples ---------------------------------------------------------------------------------------------

function forgetSample() {
  shownLabel = null;
}

async function drawOne(label = null, numbers = []) {
  const spec = $("spec").value;
  label = label ?? $("label").value;
  const query = numbers.map((number) => ["style", number.toFixed(3)]);
  if (label !== "") query.push(["label", label]);
  const turn = takeTurn();
  try {
    const data = await fetched(`/one/${spec}?${new URLSearchParams(query)}`);
    if (!(await putOnPaper(data.image, turn))) return;
    shownLabel = data.label;
    if (data.style?.length === style.length) setStyle(data.style); // a user's spec may have other styles
    changed();
  } catch (error) {
    if (turn === turns) saysNothing(error.message);
  }
}

$("draw-one").addEventListener("click", () => drawOne());
$("plain").addEventListener("click", () => restyle(style.map(() => 0)));
$("mine").addEventListener("click", () => styleOfDrawing && restyle(styleOfDrawing));

function restyle(numbers) {
  setStyle(numbers);
  drawStyled();
}

// Sliders move faster than pictures are drawn: one is drawn at a time, the last of all in the end.
let drawing = false;
let again = false;

async function drawStyled() {
  again = true;
  if (drawing) return;
  drawing = true;
  while (again) {
    again = false;
    const label = shownLabel ?? $("reading").textContent.match(/^Read as (.*?)(,|$)/)?.[1];
    await drawOne(label && isLabelOf($("spec").value, label) ? label : null, style);
  }
  drawing = false;
}

function isLabelOf(spec, label) {
  return about.specs.find((each) => each.name === spec)?.labels.includes(label);
}

function setStyle(numbers) {
  style = numbers.slice();
  for (const input of document.querySelectorAll(".sliders input")) {
    input.value = style[Number(input.dataset.place)];
    tell(input);
  }
}

function tell(input) {
  input.nextElementSibling.textContent = Number(input.value).toFixed(2);
}

function slider(place, number, meaning) {
  const label = document.createElement("label");
  const input = Object.assign(document.createElement("input"), { type: "range", min: -3, max: 3, step: 0.05, value: 0 });
  input.dataset.place = place;
  input.id = `style-${number}`;
  label.htmlFor = input.id;
  const count = Object.assign(document.createElement("span"), { textContent: meaning ?? number });
  label.append(count, input, document.createElement("output"));
  input.setAttribute("aria-label", meaning ? `Style: ${meaning}` : `Style ${number}`);
  tell(input);
  input.addEventListener("input", () => {
    style[place] = Number(input.value);
    tell(input);
    drawStyled();
  });
  return label;
}

function offerLabels() {
  const { labels } = about.specs.find((each) => each.name === $("spec").value);
  $("label").replaceChildren(new Option("any", ""), ...labels.map((label) => new Option(label)));
}
$("spec").addEventListener("change", () => {
  offerLabels();
  forgetSample();
});
$("label").addEventListener("change", forgetSample);

// --- counterexamples -------------------------------------------------------------------------------------

$("swap").addEventListener("click", () => {
  [$("fits").value, $("but-not").value] = [$("but-not").value, $("fits").value];
});
$("find").addEventListener("click", async () => {
  const query = { fits: $("fits").value, but_not: $("but-not").value };
  $("find").disabled = true;
  $("counter-said").textContent = "Looking for one…";
  $("found").hidden = true;
  try {
    const data = await fetched(`/counterexample?${new URLSearchParams(query)}`);
    if (data.image === null) {
      $("counter-said").textContent = `None of ${data.tried} pictures fits ${data.fits} and not ${data.but_not}.`;
    } else {
      const url = `/counterexample.png?${new URLSearchParams({ ...query, seed: data.seed })}`;
      $("counter-said").textContent = `${data.yes.sentence}, which fits ${data.fits}; by ${data.but_not}: ${data.no.sentence}`;
      await offer(url, data);
    }
  } catch (error) {
    $("counter-said").textContent = error.message;
  }
  $("find").disabled = false;
});

async function offer(url, data) {
  const image = $("counter-image");
  image.src = url;
  image.alt = `A ${data.label} that fits ${data.fits} but not ${data.but_not}`;
  image.dataset.small = data.image;
  image.dataset.name = `${data.fits}-not-${data.but_not}.png`.replaceAll("/", "-");
  $("download").href = url;
  $("download").download = image.dataset.name;
  await image.decode();
  $("found").hidden = false;
}

$("counter-image").addEventListener("dragstart", (event) => {
  const url = new URL(event.target.src, location.href).href;
  event.dataTransfer.setData("DownloadURL", `image/png:${event.target.dataset.name}:${url}`);
  event.dataTransfer.setData("text/uri-list", url);
  event.dataTransfer.effectAllowed = "copy";
});
$("take").addEventListener("click", async () => {
  if (!(await putOnPaper($("counter-image").dataset.small, takeTurn()))) return;
  forgetSample();
  changed();
});

// --- what there is ---------------------------------------------------------------------------------------

function row(spec) {
  const item = document.createElement("li");
  item.dataset.spec = spec.name;
  item.dataset.form = `label: ${spec.form}`;
  const [sign, name, said] = ["mark", "name", "said"].map((kind) =>
    Object.assign(document.createElement("span"), { className: kind }),
  );
  sign.setAttribute("aria-hidden", "true");
  name.textContent = spec.name;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Show me one" });
  button.setAttribute("aria-label", `Show me one of ${spec.name}`);
  button.addEventListener("click", () => {
    $("spec").value = spec.name;
    offerLabels();
    drawOne();
  });
  item.append(sign, name, said, button);
  return item;
}

async function begin() {
  about = await fetched("/about");
  const names = about.specs.map((spec) => spec.name);
  $("specs").replaceChildren(...about.specs.map(row));
  $("spec").replaceChildren(...names.map((name) => new Option(name)));
  $("spec").value = names.includes(about.spec) ? about.spec : names[0];
  offerLabels();
  for (const id of ["fits", "but-not"]) {
    $(id).replaceChildren(...[...names, ...about.others].map((name) => new Option(name)));
  }
  $("but-not").value = names.find((name) => name !== $("fits").value) ?? about.others[0] ?? names[0];
  style = about.style.main.map(() => 0);
  $("style").hidden = !style.length;
  $("plain").hidden = $("mine").hidden = !style.length;
  about.style.main.forEach((place, order) => {
    $(order < MAIN ? "main-sliders" : "more-sliders").append(slider(place, order + 1, about.style.names[place]));
  });
  saysNothing();
  document.documentElement.dataset.ready = "";
}

begin().catch((error) => saysNothing(error.message));
