// Keeps the address bar a link to what is shown, and copies it.  replaceState adds nothing to the history, so
// Back leaves the page as visitors expect; the session reads the address only when it begins.
export default function ({ data, parentElement }) {
  document.documentElement.lang = data.told.language; // which readers aloud and browsers go by
  const here = new URL(location.href);
  const kept = ["embed", "embed_options"]
    .flatMap((name) => here.searchParams.getAll(name).map((value) => `${name}=${encodeURIComponent(value)}`));
  const link = `${here.origin}${here.pathname}?${data.query}`;
  const query = [data.query, ...kept].filter((part) => part).join("&");
  history.replaceState(history.state, "", query ? `${here.pathname}?${query}` : here.pathname);
  if (!data.query) {
    parentElement.querySelector("div.row")?.remove();
    return; // what is shown has no link
  }

  let row = parentElement.querySelector("div.row");
  if (!row) {
    row = document.createElement("div");
    row.className = "row";
    for (const name of ["link", "text"]) {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.name = name;
      row.appendChild(button);
    }
    const told = document.createElement("span");
    told.setAttribute("role", "status");
    row.appendChild(told);
    parentElement.appendChild(row);
  }
  const told = row.querySelector("span");
  const what = {
    link: { label: data.told.link, text: link, done: data.told.link_copied },
    text: { label: data.told.text, text: `${data.post} ${link}`, done: data.told.text_copied },
  };
  for (const button of row.querySelectorAll("button")) {
    const { label, text, done } = what[button.dataset.name];
    button.textContent = label;
    button.dataset.text = text;
    button.onclick = async () => {
      try {
        await navigator.clipboard.writeText(text);
        told.textContent = done;
      } catch {
        window.prompt(data.told.by_hand, text);
      }
    };
  }
}
