/** The API reference: finding an operation by words of its address or description, and opening what the address names. */
import "./api.css";
import { need } from "../lib/dom.ts";

const filter = need<HTMLInputElement>("#api-filter");
const operations = [...document.querySelectorAll<HTMLDetailsElement>(".api-operation")];

function apply(): void {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const operation of operations) {
    const text = operation.querySelector("summary")?.textContent.toLowerCase() ?? "";
    operation.hidden = !words.every((word) => text.includes(word));
  }
  let any = false;
  for (const group of document.querySelectorAll<HTMLElement>(".api-group")) {
    group.hidden = !group.querySelector(".api-operation:not([hidden])");
    any ||= !group.hidden;
  }
  need("#api-none").hidden = any;
}

function openNamed(): void {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named instanceof HTMLDetailsElement) named.open = true;
}

filter.addEventListener("input", apply);
addEventListener("hashchange", openNamed);
apply();
openNamed();
