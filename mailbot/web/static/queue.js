// The queue by keyboard, and how many tickets are selected. Everything works without it.
"use strict";

{
  const KEPT = "mailbot-queue-keys";
  const form = document.getElementById("bulk");
  const help = document.getElementById("keys");
  const use = document.getElementById("keys-on");
  const links = () => [...document.querySelectorAll(".queue .to-ticket")];
  const rowOf = (element) => element?.closest(".queue tbody tr");
  const boxOf = (row) => row?.querySelector('input[name="ticket"]');

  // Whoever has no use for single keys turns them off; speech input writes letters, too.
  function isOn() {
    try {
      return localStorage.getItem(KEPT) !== "off";
    } catch {
      return true;
    }
  }

  function count() {
    const told = document.getElementById("bulk-count");
    if (!told) return;
    const boxes = [...document.querySelectorAll('.queue input[name="ticket"]')];
    const chosen = boxes.filter((box) => box.checked);
    for (const box of boxes) rowOf(box).classList.toggle("is-chosen", box.checked);
    told.textContent = chosen.length ? told.dataset.text.replace("{count}", String(chosen.length)) : "";
    if (chosen.length) document.getElementById("bulk-box").open = true;
  }

  function move(by) {
    const all = links();
    if (!all.length) return;
    const row = rowOf(document.activeElement);
    const now = row ? all.indexOf(row.querySelector(".to-ticket")) : -1;
    const next = now < 0 && by < 0 ? all.length - 1 : Math.min(Math.max(now + by, 0), all.length - 1);
    all[next].focus();
    rowOf(all[next]).scrollIntoView({ block: "nearest" });
  }

  function select() {
    const box = boxOf(rowOf(document.activeElement));
    if (!box) return;
    box.checked = !box.checked;
    count();
  }

  // Assigning and resolving begin with the ticket that one stands on, when none is selected.
  function begin(name) {
    if (!form) return;
    const here = boxOf(rowOf(document.activeElement));
    if (here && !form.querySelector('input[name="ticket"]:checked')) here.checked = true;
    count();
    document.getElementById("bulk-box").open = true;
    document.getElementById(name).focus();
  }

  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    x: select,
    "/": () => document.getElementById("words").focus(),
    a: () => begin("to"),
    r: () => begin("reason"),
    "?": () => help.showModal(),
  };
  const ARROWS = { ArrowDown: 1, ArrowUp: -1 };

  function isWriting(element) {
    return element.matches('textarea, select, input:not([type="checkbox"])') || element.isContentEditable;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || help.open) return;
    if (isWriting(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (!isOn()) return;
    // Arrows scroll the page, unless one stands in the list.
    const action = event.key in ARROWS ? rowOf(event.target) && (() => move(ARROWS[event.key])) : KEYS[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches('input[name="ticket"]')) count();
    if (event.target !== use) return;
    try {
      localStorage.setItem(KEPT, use.checked ? "on" : "off");
    } catch {
      // Without a memory the keys are on again with the next page.
    }
    document.getElementById("keys-line").classList.toggle("is-off", !use.checked);
  });

  const opener = document.getElementById("keys-open");
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
  use.checked = isOn();
  document.getElementById("keys-line").classList.toggle("is-off", !isOn());
  count();
}
