// Two ways to hear what happens in a room. Each reconnects by itself, with the last position that
// it has seen, and gets what it has missed.
"use strict";

// After a failure: 0.2 s at first, at most 5 s, with some chance so that not all come at once.
function backoff(failures) {
  return Math.min(5000, 200 * 2 ** failures) * (0.5 + Math.random() / 2);
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Attempts after which a websocket that has never opened is given up.
const MOST_ATTEMPTS = 3;

// `chat` has room, cursor, people, token, tell(news), showStatus(isConnected) and fallBack().
class SocketTransport {
  constructor(chat) {
    this.chat = chat;
    this.failures = 0;
    this.connect();
  }

  connect() {
    const { room, cursor } = this.chat;
    const url = new URL(`/a/socket?${new URLSearchParams({ room, cursor })}`, location);
    url.protocol = url.protocol.replace("http", "ws");
    this.socket = new WebSocket(url);
    this.socket.onopen = () => {
      this.failures = 0;
      this.hasOpened = true;
      this.chat.showStatus(true);
    };
    this.socket.onmessage = (event) => {
      const news = JSON.parse(event.data);
      if (this.answer && (news.stored || news.refused)) this.answer(news);
      else this.chat.tell(news);
    };
    this.socket.onclose = () => {
      this.answer?.({ lost: true });
      if (this.isClosed) return;
      this.chat.showStatus(false);
      if (!this.hasOpened && this.failures + 1 >= MOST_ATTEMPTS) {
        this.chat.fallBack(); // a proxy on the way may not know websockets
        return;
      }
      this.timer = setTimeout(() => this.connect(), backoff(this.failures++));
    };
  }

  // Send a message; the answer says whether it is stored, refused, or whether nobody knows.
  send(message) {
    return new Promise((resolve) => {
      if (this.socket.readyState !== WebSocket.OPEN) {
        resolve({ lost: true });
        return;
      }
      this.answer = (news) => {
        this.answer = null;
        resolve(news);
      };
      this.socket.send(JSON.stringify(message));
    });
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.socket.close();
  }
}

class PollingTransport {
  constructor(chat) {
    this.chat = chat;
    this.aborter = new AbortController();
    this.poll();
  }

  async poll() {
    let failures = 0;
    while (!this.aborter.signal.aborted) {
      const { room, cursor, people } = this.chat;
      try {
        const fields = { room, cursor, people: people ? JSON.stringify(people) : "" };
        const news = await this.post("/a/message/updates", fields, this.aborter.signal);
        failures = 0;
        this.chat.showStatus(true);
        this.chat.tell(news);
      } catch (error) {
        if (this.aborter.signal.aborted) return;
        this.chat.showStatus(false);
        await pause(backoff(failures++));
      }
    }
  }

  async send(message) {
    try {
      return await this.post("/a/message/new", { room: this.chat.room, ...message });
    } catch (error) {
      return { lost: true };
    }
  }

  async post(path, fields, signal) {
    const response = await fetch(path, {
      method: "POST",
      headers: { Accept: "application/json", "X-XSRFToken": this.chat.token },
      body: new URLSearchParams(fields),
      signal,
    });
    const answer = await response.json();
    if (!response.ok && !answer.refused) throw new Error(response.statusText);
    return answer;
  }

  close() {
    this.aborter.abort();
  }
}
