// Add entries without loading the page again. Without this script the form works as well.
"use strict";

function getCookie(name) {
  const found = document.cookie.match("\\b" + name + "=([^;]*)\\b");
  return found ? found[1] : undefined;
}

const form = document.getElementById("entry-form");
if (form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const response = await fetch(form.action, {
      method: "POST",
      headers: { "Accept": "application/json", "X-Xsrftoken": getCookie("_xsrf") },
      body: new URLSearchParams({ text: form.elements.text.value }),
    });
    if (!response.ok) {
      form.submit();
      return;
    }
    const added = await response.json();
    document.getElementById("entries").insertAdjacentHTML("afterbegin", added.html);
    document.getElementById("count").textContent = added.count;
    form.reset();
  });
}
