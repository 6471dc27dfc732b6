// What forms and lists can do better with a script. Everything works without it.
"use strict";

// The token of this page goes along with whatever htmx sends.
document.addEventListener("htmx:config:request", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token) event.detail.ctx.request.headers["X-CSRF-Token"] = token.content;
});

// A form that is on its way is not sent twice. (Sent twice all the same, its act is done once.)
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.classList.add("is-busy");
});

// A page that the browser brings back from its memory can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) {
    delete form.dataset.sent;
    form.classList.remove("is-busy");
  }
});

// How long a text is: told at once to the eye, and to a screen reader when the writer pauses. Characters are counted as
// the desk counts them: a line break is one, and so is a letter outside the first plane.
function count(area) {
  const told = area.parentElement.querySelector(".count");
  if (!told) return;
  const now = [...area.value.trim()].length;
  const most = Number(area.dataset.count);
  told.textContent = area.dataset.countText.replace("{now}", new Intl.NumberFormat("en-IN").format(now));
  told.classList.toggle("is-over", now > most);
  if (!told.hasAttribute("aria-live")) told.setAttribute("aria-live", "polite");
}

document.addEventListener("input", (event) => {
  if (event.target.matches("textarea[data-count]")) count(event.target);
});

function begin(root) {
  for (const area of root.querySelectorAll("textarea[data-count]")) count(area);
}

document.addEventListener("DOMContentLoaded", () => begin(document));
document.addEventListener("htmx:after:swap", () => begin(document));
