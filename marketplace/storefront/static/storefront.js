// Small comforts; every page is complete without them.

// The picture of a piece travels from the wall to its page and back.
const NAME = "piece-picture";
const pictureOf = (address) => {
  const path = new URL(address, location.href).pathname;
  for (const link of document.querySelectorAll(".card a")) {
    if (new URL(link.href).pathname === path) return link.querySelector("img");
  }
  return null;
};
const named = (picture, finished) => {
  if (!picture) return;
  picture.style.viewTransitionName = NAME;
  finished.finally(() => { picture.style.viewTransitionName = ""; });
};
addEventListener("pageswap", (event) => {
  const to = event.activation?.entry?.url;
  if (event.viewTransition && to) named(pictureOf(to), event.viewTransition.finished);
});
addEventListener("pagereveal", (event) => {
  const from = globalThis.navigation?.activation?.from?.url;
  if (event.viewTransition && from) named(pictureOf(from), event.viewTransition.finished);
});

// One panel of the search at a time, and none once somebody looks elsewhere.
const bar = document.querySelector(".narrowing");
if (bar) {
  const close = (but) => {
    for (const panel of bar.querySelectorAll("details[open]")) if (panel !== but) panel.open = false;
  };
  document.addEventListener("click", (event) => { if (!bar.contains(event.target)) close(null); });
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && bar.querySelector("details[open]");
    if (open) { close(null); open.querySelector("summary").focus(); }
  });
}

// Where somebody waits for a payment, look again for them; the page is changed only when there is something new.
const LOOK_AGAIN_MS = 4000;
const lookAgain = async () => {
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.ok && !(await answer.text()).includes("data-waiting")) location.reload();
  else setTimeout(lookAgain, LOOK_AGAIN_MS);
};
if (document.querySelector("[data-waiting]")) setTimeout(lookAgain, LOOK_AGAIN_MS);
