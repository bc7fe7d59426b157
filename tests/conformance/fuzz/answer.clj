;; Answers cases with the real clojure.spec: a case a line on stdin, its answer as a line of JSON on stdout.
;;
;; A case is {:defs [[name FORM] ...] :spec FORM :values [VALUE ...]}, or {:defs ... :fspec FORM :impl VALUE}
;; with :calls [VALUE ...] or :check true. Python has one type where Clojure has strings and keywords, so here
;; every string is read as a keyword. Predicates are total: false, where clojure.core's would raise.
(ns mx
  (:refer-clojure :exclude [string? even? odd? pos? neg? zero? empty?])
  (:require [clojure.core :as c]
            [clojure.spec.alpha :as s]
            [clojure.spec.test.alpha :as stest]
            [clojure.string :as str]
            [clojure.walk :as walk]))

;; --- predicates, conformers and functions that cases name -------------------------------------------------

;; clojure.spec has markers that are no values, and shows them to the preds of `&`: each has this one first.
(def leaked (atom false))
(defn watch [x]
  (when (some #{::s/nil ::s/invalid} (tree-seq coll? seq x)) (reset! leaked true))
  true)

(defn string? [x] (and (keyword? x) (not= x ::s/nil)))
(defn text [x] (subs (str x) 1))
(defn even? [x] (and (int? x) (c/even? x)))
(defn odd? [x] (and (int? x) (c/odd? x)))
(defn pos? [x] (and (number? x) (c/pos? x)))
(defn neg? [x] (and (number? x) (c/neg? x)))
(defn zero? [x] (and (number? x) (c/zero? x)))
(defn length [x] (cond (string? x) (count (text x)) (or (nil? x) (coll? x)) (count x)))
(defn empty? [x] (= 0 (length x)))

(defn gt [n] (fn [x] (and (number? x) (> x n))))
(defn lt [n] (fn [x] (and (number? x) (< x n))))
(defn ge [n] (fn [x] (and (number? x) (>= x n))))
(defn le [n] (fn [x] (and (number? x) (<= x n))))
(defn len-even [] (fn [x] (even? (length x))))
(defn len-gt [n] (fn [x] (if-let [size (length x)] (> size n) false)))
(defn str-starts [p] (fn [x] (and (string? x) (str/starts-with? (text x) (text p)))))
(defn key-eq [k v] (fn [x] (and (map? x) (= (get x k) v))))

(defn conformer [change] (fn [x] (let [y (change x)] (if (nil? y) ::s/invalid y))))
(def digits (conformer #(when (and (string? %) (re-matches #"-?[0-9]{1,15}" (text %))) (parse-long (text %)))))
(def conformers
  {"inc" [(conformer #(when (int? %) (inc %))) dec]
   "dec" [(conformer #(when (int? %) (dec %))) inc]
   "str" [(conformer #(cond (int? %) (keyword (str %)) (string? %) %))]
   "to-int" [digits]
   "parse-int" [digits #(keyword (str %))]
   "upper" [(conformer #(when (string? %) (keyword (str/upper-case (text %)))))]
   "wrap" [vector first]
   "nil-out" [(constantly nil)]
   "false-out" [(constantly false)]})

(defn make-conformer [k]
  (let [[f unf] (conformers (text k))]
    (if unf (s/conformer f unf) (s/conformer f))))

(def impl
  (memoize
   (fn [k & [v]]
     (with-meta (case (text k)
                  "const" (fn [& _] v)
                  "first" (fn [& args] (first args))
                  "args" (fn [& args] (vec args))
                  "count" (fn [& args] (count args))
                  "raise" (fn [& _] (throw (RuntimeException. "boom"))))
       {::impl (if (= (text k) "const") [k v] [k])}))))

(defn multi [dispatch default methods]
  (let [mf (clojure.lang.MultiFn. "multi" dispatch ::default #'clojure.core/global-hierarchy)]
    (doseq [[value spec] methods] (.addMethod mf value (fn [_] spec)))
    (when default (.addMethod mf ::default (fn [_] default)))
    (intern 'mx (gensym "multi") mf)))

(defmacro multi-spec [dispatch default & methods]
  `(s/multi-spec-impl '~'multi (multi ~dispatch ~default ~(vec methods)) ~dispatch))

;; What is not a function is an fn to Clojure all the same: a keyword, a map, a vector.
(defmacro fspec [& parts] `(s/and (s/spec fn?) (s/fspec ~@parts)))

;; --- values --------------------------------------------------------------------------------------------------

(defn value [x]
  (cond
    (c/string? x) (keyword x)
    (vector? x) (mapv value x)
    (set? x) (set (map value x))
    (seq? x) (case (first x)
               impl (apply impl (map value (rest x)))
               entries (apply array-map (map value (rest x)))
               (apply list (map value x)))
    :else x))

(def eval-in (the-ns 'mx))
(defn build [form]
  (binding [*ns* eval-in]
    (eval (walk/postwalk #(if (c/string? %) (keyword %) %) form))))

(declare json)
(defn quoted [^String s]
  (str \" (str/escape s {\" "\\\"" \\ "\\\\" \newline "\\n" \tab "\\t" \return "\\r"}) \"))
(defn object [& kvs] (str "{" (str/join ", " (map (fn [[k v]] (str (quoted k) ": " v)) (partition 2 kvs))) "}"))
(defn array [xs] (str "[" (str/join ", " (map json xs)) "]"))

(defn json [x]
  (cond
    (nil? x) "null"
    (= x ::s/invalid) (object "$invalid" "true")
    (= x ::s/nil) (object "$leak" "true")
    (keyword? x) (quoted (str/replace (text x) #"^clojure\.spec\.alpha/" ""))
    (double? x) (cond (Double/isNaN x) (object "$num" (quoted "NaN"))
                      (Double/isInfinite x) (object "$num" (quoted (str x)))
                      :else (str x))
    (or (boolean? x) (number? x)) (str x)
    (vector? x) (object "$vec" (array x))
    (map? x) (object "$map" (str "[" (str/join ", " (map array x)) "]"))
    (set? x) (object "$set" (array x))
    (sequential? x) (object "$list" (array x))
    (fn? x) (let [[k v :as parts] (::impl (meta x))]
              (if (next parts) (object "$fn" (json k) "arg" (json v)) (object "$fn" (json k))))
    :else (object "$opaque" (quoted (str (class x))))))

(defn path [xs] (str "[" (str/join ", " (map #(case % ::s/nil "\"nil\"" (json %)) xs)) "]"))

(defn problem [p]
  (apply object "path" (path (:path p)) "via" (path (:via p)) "in" (path (:in p)) "val" (json (:val p))
         (when-let [reason (:reason p)] ["reason" (quoted reason)])))
;; A problem for each way to come to it may be thousands, all the same.
(def most-problems 300)
(defn problems [data]
  (let [all (::s/problems data)]
    (if (> (bounded-count (inc most-problems) all) most-problems)
      (throw (IllegalStateException. "too many problems"))
      (str "[" (str/join ", " (map problem all)) "]"))))

;; --- answers -------------------------------------------------------------------------------------------------

(defmacro attempt [otherwise & body] `(try ~@body (catch Throwable e# (~otherwise e#))))
(defn error [^Throwable e] (quoted (.getSimpleName (class e))))

(defn answer [spec x]
  (reset! leaked false)
  (attempt #(object "throws" "true" "error" (error %))
    (let [conformed (s/conform spec x)
          valid (not (s/invalid? conformed))
          explained (attempt #(vector "explain_error" (error %))
                      (let [found (problems (s/explain-data spec x))]
                        (cond (not valid) ["problems" found]
                              (not= found "[]") ["problems_though_valid" found])))
          unformed (when valid
                     (attempt #(vector "unform_error" (error %)) ["unform" (json (s/unform spec conformed))]))]
      (apply object "valid" (str valid) "conform" (json conformed)
             (concat explained unformed (when @leaked ["leaks_sentinel" "true"]))))))

(defn call [f args]
  (reset! leaked false)
  (apply object
         (concat (attempt #(if (::s/failure (ex-data %)) ["problems" (problems (ex-data %))] ["raises" (error %)])
                   ["returns" (json (apply @f args))])
                 (when @leaked ["leaks_sentinel" "true"]))))

(defn check [sym]
  (reset! leaked false)
  (attempt #(object "raises" (error %))
    (let [{:keys [failure]} (first (stest/check sym {:clojure.spec.test.check/opts {:num-tests 5}}))]
      (cond (nil? failure) (object "pass" "true")
            (::s/failure (ex-data failure)) (object "pass" "false" "problems" (problems (ex-data failure)))
            :else (object "pass" "false" "raises" (error failure))))))

(defn answer-function [{:keys [fspec calls] f :impl}]
  (create-ns 'mxf)
  (let [target (intern 'mxf 'f (value f))]
    (build (list `s/def 'mxf/f fspec))
    (try
      (if-not calls
        [(check 'mxf/f)]
        (do (stest/instrument 'mxf/f)
            (mapv #(call target (value %)) calls)))
      (finally
        (stest/unstrument 'mxf/f)
        (build (list `s/def 'mxf/f nil))))))

(defn answers [{:keys [defs spec values] :as case}]
  (try
    (doseq [[n form] defs] (build (list `s/def n form)))
    (if (:fspec case)
      (answer-function case)
      (let [built (build spec)] (mapv #(answer built (value %)) values)))
    (catch Throwable e
      (vec (repeat (max 1 (count (or values (:calls case)))) (object "throws" "true" "stage" "\"build\"" "error" (error e)))))
    (finally
      (doseq [[n _] defs] (build (list `s/def n nil))))))

(println "ready")
(loop []
  (when-let [line (read-line)]
    (println (str "[" (str/join ", " (answers (read-string line))) "]"))
    (recur)))
