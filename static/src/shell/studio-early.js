// Runs while the studio's own scripts still load (the CSP forbids inline scripts): asks for the queue, then for what its
// first item opens with and its picture, so that the server and the network work meanwhile. `lib/early.ts` takes the
// answers over; what nobody takes is lost time and nothing else.
(function () {
  const { task, work } = document.currentScript.dataset;
  const item = new URLSearchParams(window.location.search).get("item");
  const csrf = /(?:^|;\s*)csrftoken=([^;]*)/.exec(document.cookie);
  const answers = new Map();
  window.alpEarly = { answers, picture: null, coming: undefined };

  function ask(method, url, body) {
    const headers = { Accept: "application/json" };
    if (body) {
      headers["Content-Type"] = "application/json";
      headers["X-CSRFToken"] = csrf ? decodeURIComponent(csrf[1]) : "";
    }
    const answer = fetch(url, { method, headers, credentials: "same-origin", body });
    answers.set(`${method} ${url}`, answer);
    return answer;
  }
  function open(id) {
    return ask("GET", `/api/v1/task-items/${id}/open/`);
  }
  function show(given) {
    if (!given || given.tiles_url) return;
    const picture = new Image();
    picture.decoding = "async";
    picture.src = given.image_url;
    window.alpEarly.picture = picture;
  }
  async function first(answer) {
    const response = await answer;
    if (!response.ok) return;
    const { items } = await response.clone().json();
    const asked = new URLSearchParams(window.location.search).get("picture");
    const entry = asked ? items.find((one) => one.item.id === asked) : items[0];
    if (!entry) return;
    open(entry.id).catch(() => undefined);
    show(entry.item);
  }

  if (item) open(item).catch(() => undefined);
  if (work === undefined) return;
  // As `io/client.ts` asks for it.
  const queue = ask("POST", `/api/v1/tasks/${task}/queue/next/`, JSON.stringify({ limit: 40, recent: 20 }));
  if (item) queue.catch(() => undefined);
  else window.alpEarly.coming = first(queue).catch(() => undefined);
})();
