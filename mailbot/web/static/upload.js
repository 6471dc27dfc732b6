// The field for files: dropped, pasted, photographed, looked at, taken back, and sent while a bar shows how far it is.
// Without this script it is a plain field, and the server checks everything once more in any case.
"use strict";

(() => {
  const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"];
  const boxes = new Map(); // the field -> its files
  let pasted = 0;

  const fill = (words, values) => words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const sum = (files) => files.reduce((bytes, file) => bytes + file.size, 0);

  function size(bytes) {
    const figure = new Intl.NumberFormat("en-IN", { maximumFractionDigits: 1 });
    return bytes < 1e6 ? `${figure.format(Math.max(1, Math.round(bytes / 1000)))} kB` : `${figure.format(bytes / 1e6)} MB`;
  }

  function make(name, values = {}, ...children) {
    const element = Object.assign(document.createElement(name), values);
    element.append(...children);
    return element;
  }

  // What is wrong with one more file, as a sentence; nothing when it is welcome.
  function refusal(box, file) {
    const { files } = boxes.get(box);
    const ending = file.name.split(".").pop().toLowerCase();
    if (!box.dataset.endings.split(" ").includes(ending)) return fill(box.dataset.wrongType, { file: file.name });
    if (!file.size) return fill(box.dataset.empty, { file: file.name });
    if (files.length >= Number(box.dataset.most)) return box.dataset.tooMany;
    if (sum(files) + file.size > Number(box.dataset.bytes)) return fill(box.dataset.tooLarge, { name: file.name });
    return "";
  }

  function add(box, wanted) {
    const held = boxes.get(box);
    const wrong = [];
    for (const file of wanted) {
      const sentence = refusal(box, file);
      if (sentence) wrong.push(sentence);
      else held.files.push(file);
    }
    show(box);
    held.wrong.replaceChildren(...wrong.map((sentence) => make("p", { className: "mistake", textContent: sentence })));
  }

  function remove(box, file) {
    const held = boxes.get(box);
    const place = held.files.indexOf(file);
    held.files.splice(place, 1);
    show(box);
    held.wrong.replaceChildren();
    held.told.textContent = [fill(box.dataset.removed, { name: file.name }), held.told.textContent].join(" ");
    const left = held.list.querySelectorAll("button");
    (left[Math.min(place, left.length - 1)] || held.input).focus();
  }

  function picture(file) {
    if (!PICTURES.includes(file.type)) {
      return make("span", { className: "ending", textContent: file.name.split(".").pop().toUpperCase() });
    }
    const image = make("img", { alt: "", src: URL.createObjectURL(file) });
    image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
    return image;
  }

  function show(box) {
    const { files, list, told } = boxes.get(box);
    list.replaceChildren(
      ...files.map((file) => {
        const label = fill(box.dataset.remove, { name: file.name });
        const button = make("button", { type: "button", className: "remove", title: label });
        button.setAttribute("aria-label", label);
        button.append("×");
        button.addEventListener("click", () => remove(box, file));
        const name = make("span", { className: "file-name", textContent: file.name });
        return make("li", {}, picture(file), name, make("span", { className: "muted", textContent: size(file.size) }), button);
      }),
    );
    const total = files.length === 1 ? box.dataset.totalOne : box.dataset.total;
    told.textContent = files.length ? fill(total, { count: files.length, size: size(sum(files)) }) : "";
  }

  function addCamera(box) {
    const camera = make("input", { type: "file", accept: "image/*", hidden: true });
    camera.setAttribute("capture", "environment");
    camera.tabIndex = -1;
    const button = make("button", { type: "button", className: "button plain", textContent: box.dataset.camera });
    button.addEventListener("click", () => camera.click());
    camera.addEventListener("change", () => {
      add(box, camera.files);
      camera.value = "";
    });
    box.append(make("p", { className: "camera" }, button), camera);
  }

  function begin(box, files = []) {
    const input = box.querySelector("input[type=file]");
    const list = make("ul", { className: "previews" });
    const told = make("p", { className: "hint" });
    told.setAttribute("role", "status");
    const wrong = make("div");
    wrong.setAttribute("role", "alert");
    for (const hint of box.querySelectorAll(".no-script")) hint.remove();
    box.classList.add("is-ready");
    const isPhone = window.matchMedia("(pointer: coarse)").matches;
    if (!isPhone) input.insertAdjacentElement("beforebegin", make("p", { className: "hint", textContent: box.dataset.drop }));
    box.append(wrong, list, told);
    boxes.set(box, { files: [...files], input, list, told, wrong });
    if (isPhone) addCamera(box);
    input.addEventListener("change", () => {
      add(box, input.files);
      input.value = "";
    });
    box.addEventListener("dragover", () => box.classList.add("is-over-it"));
    box.addEventListener("dragleave", () => box.classList.remove("is-over-it"));
    show(box);
    const form = box.closest("form");
    if (!form.dataset.uploads) {
      form.dataset.uploads = "yes";
      form.addEventListener("submit", (event) => send(event, form));
    }
  }

  const boxesOf = (form) => [...boxes.keys()].filter((box) => box.isConnected && form.contains(box));
  const onPage = () => [...boxes.keys()].filter((box) => box.isConnected && box.offsetParent !== null);

  // The field that a pasted or dropped file is meant for: that of the form one is in, else the first that is seen.
  function meant(target) {
    const form = target instanceof Element ? target.closest("form") : null;
    return (form && boxesOf(form)[0]) || onPage()[0];
  }

  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    const box = meant(event.target);
    // What is copied out of a document comes as words and as a picture of them; the words are meant.
    if (!files.length || !box || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    add(box, files.map((file) => {
      if (file.name !== "image.png") return file;
      pasted += 1;
      return new File([file], `screenshot-${pasted}.png`, { type: file.type });
    }));
  });

  const carriesFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files") && onPage().length;
  document.addEventListener("dragover", (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    const box = event.target.closest("[data-upload]") || meant(event.target);
    box.classList.remove("is-over-it");
    add(box, event.dataTransfer.files);
  });

  function send(event, form) {
    const mine = boxesOf(form);
    if (event.defaultPrevented || !mine.some((box) => boxes.get(box).files.length)) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "yes";
    const box = mine[0];
    const { told, wrong } = boxes.get(box);
    const bar = make("progress", { max: 100, value: 0 });
    bar.setAttribute("aria-label", fill(box.dataset.sending, { percent: "" }).trim());
    wrong.replaceChildren();
    told.after(bar);

    const data = new FormData(form);
    if (event.submitter?.name) data.append(event.submitter.name, event.submitter.value);
    for (const one of mine) {
      const { files, input } = boxes.get(one);
      data.delete(input.name);
      for (const file of files) data.append(input.name, file, file.name);
    }
    const stop = (sentence) => {
      delete form.dataset.sending;
      bar.remove();
      show(box);
      wrong.replaceChildren(make("p", { className: "mistake", textContent: sentence }));
    };
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (at) => {
      const percent = Math.floor((100 * at.loaded) / at.total);
      bar.value = percent;
      const quarter = percent - (percent % 25); // a screen reader is not told every step
      const words = percent < 100 ? fill(box.dataset.sending, { percent: quarter }) : box.dataset.reading;
      if (told.textContent !== words) told.textContent = words;
    });
    request.addEventListener("error", () => stop(box.dataset.failed));
    request.addEventListener("load", () => {
      const target = request.getResponseHeader("HX-Redirect");
      if (target) location.assign(target);
      else if ((request.getResponseHeader("Content-Type") || "").startsWith("text/html")) showAnswer(request, mine);
      else stop(request.status === 413 ? fill(box.dataset.tooLarge, { name: "" }).trim() : box.dataset.failed);
    });
    request.send(data);
  }

  // The form came back with what is wrong in it: its files are still here.
  function showAnswer(request, old) {
    const kept = new Map(old.map((box) => [boxes.get(box).input.name, boxes.get(box).files]));
    const answer = new DOMParser().parseFromString(request.responseText, "text/html");
    const main = document.adoptNode(answer.getElementById("main"));
    document.getElementById("main").replaceWith(main);
    for (const box of main.querySelectorAll("[data-upload]")) {
      const files = kept.get(box.querySelector("input[type=file]").name) || [];
      begin(box, files);
    }
    if (window.htmx) window.htmx.process(main);
    document.dispatchEvent(new Event("htmx:after:swap"));
    (main.querySelector("[aria-invalid=true]") || main).focus();
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const box of document.querySelectorAll("[data-upload]")) begin(box);
  });
})();
