// Runs in every measured page before the page's own scripts, and notes when things happen: as
// milliseconds since 1970, which the pages of one machine have in common. Once for each document.

(() => {
  const since1970 = (time) => performance.timeOrigin + time;
  /** The awaited texts: text → function that receives the time. */
  const expected = new Map();
  const watched = { opened: 0, pressed: 0 };
  globalThis.watched = watched;

  /** Resolves in the first task after the next frame has been drawn. */
  const afterPaint = () => new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(since1970(performance.now()));
      port2.postMessage(null);
    });
  });

  /** Resolves to the time at which the first text of a message that comes into the page is drawn. */
  const nextMessage = (buffered) => new Promise((resolve) => {
    // The browser itself says when it has drawn a text that carries this attribute.
    const marking = new MutationObserver((records) => {
      const texts = ".message-body, .message-body *";
      for (const node of records.flatMap(({ addedNodes }) => [...addedNodes])) {
        for (const text of node.querySelectorAll?.(texts) ?? []) text.setAttribute("elementtiming", "message");
        if (node.matches?.(texts)) node.setAttribute("elementtiming", "message");
      }
    });
    marking.observe(document, { childList: true, subtree: true });
    new PerformanceObserver((list, observer) => {
      observer.disconnect();
      marking.disconnect();
      resolve(since1970(list.getEntries()[0].renderTime));
    }).observe({ type: "element", buffered });
  });
  watched.firstMessage = nextMessage(true);
  /** `firstMessage` becomes that of the room that is opened next in this page. */
  watched.awaitRoom = () => {
    watched.firstMessage = nextMessage(false);
  };

  /** `arrived` becomes the times at which a message that says this, and that the server has taken, is in the page and is drawn. */
  watched.expect = (text) => {
    watched.arrived = new Promise((resolve) => expected.set(text, resolve));
  };
  new MutationObserver((records) => {
    if (expected.size === 0) return;
    const there = since1970(performance.now());
    for (const node of records.flatMap(({ addedNodes }) => [...addedNodes])) {
      const text = node.matches?.("article.message[data-id]") && node.querySelector(".message-text").textContent.trim();
      const tell = expected.get(text);
      expected.delete(text);
      if (tell) afterPaint().then((drawn) => tell({ there, drawn }));
    }
  }).observe(document, { childList: true, subtree: true });

  // An event's own time is when the browser got it, before the page could be busy with something else.
  addEventListener("keydown", ({ timeStamp }) => {
    watched.pressed = since1970(timeStamp);
  }, true);
  /** `drawn` becomes the milliseconds from the next press until what it types is drawn. */
  watched.awaitPress = () => {
    watched.drawn = new Promise((resolve) => {
      addEventListener("input", async () => resolve(await afterPaint() - watched.pressed), { capture: true, once: true });
    });
  };
  // Survives the page.
  addEventListener("click", ({ timeStamp }) => sessionStorage.setItem("watched/clicked", since1970(timeStamp)), true);

  globalThis.WebSocket = class extends WebSocket {
    constructor(...address) {
      super(...address);
      this.addEventListener("open", () => {
        watched.opened = since1970(performance.now());
      });
    }
  };
})();
