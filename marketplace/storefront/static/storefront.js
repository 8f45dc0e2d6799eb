// The storefront's one enhancement: a piece's pictures open large in a dialog. Without it they are plain links.
const zoom = document.getElementById("zoom");
if (zoom?.showModal) {
  const large = zoom.querySelector("img");
  for (const link of document.querySelectorAll("[data-zoom]")) {
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      const small = link.querySelector("img");
      large.src = link.href;
      large.alt = small.alt;
      zoom.showModal();
    });
  }
  large.addEventListener("click", () => zoom.close());
}
