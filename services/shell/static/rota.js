// The week's plan: a row may be dragged to another visitor. What is sent stays what the fields of the form say, so that
// everything can be done without this script, from the keyboard, and on a phone.
const form = document.getElementById("rota");
let held = null;

const goerOf = (place) => place.dataset.goer ?? place.id.replace(/^goer-/, "");

function takes(place) {
  place.addEventListener("dragover", (event) => {
    if (held === null) return;
    event.preventDefault();
    place.classList.add("over");
  });
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    place.classList.remove("over");
    if (held === null) return;
    event.preventDefault();
    held.querySelector("select[name^='to-']").value = goerOf(place);
    held.classList.add("moved");
    place.querySelector("tbody")?.append(held);
  });
}

if (form !== null) {
  for (const row of form.querySelectorAll("tbody tr")) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      held = row;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.querySelector("b")?.textContent ?? "");
    });
    row.addEventListener("dragend", () => { held = null; });
    row.addEventListener("change", () => row.classList.add("moved"));
  }
  document.querySelectorAll("[id^='goer-'], [data-goer]").forEach(takes);
}
