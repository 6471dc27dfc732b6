// Pictures are enlarged on their page, and pages are printed. Without this script a picture is a link to itself.
"use strict";

(() => {
  let dialog;

  function open(link) {
    dialog?.remove();
    const image = Object.assign(document.createElement("img"), { src: link.href, alt: link.dataset.enlarge });
    const name = Object.assign(document.createElement("p"), { className: "picture-name", textContent: link.dataset.enlarge });
    const close = Object.assign(document.createElement("button"), { className: "button plain", textContent: link.dataset.close });
    const form = Object.assign(document.createElement("form"), { method: "dialog", className: "plain" });
    form.append(close);
    dialog = Object.assign(document.createElement("dialog"), { className: "dialog large" });
    dialog.setAttribute("aria-label", link.dataset.enlarge);
    dialog.append(form, name, image);
    // A click beside the picture closes as well.
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
    dialog.addEventListener("close", () => link.focus());
    document.body.append(dialog);
    dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-enlarge]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link);
  });

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-print]")) {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
  });
})();
