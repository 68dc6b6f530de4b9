// The page of a room: what it shows, and what is still to be sent.
"use strict";

const log = document.getElementById("messages");
const form = document.getElementById("write");
const field = form.elements.text;
const statusLine = document.getElementById("status");
const chooser = document.getElementById("transport");
const user = document.body.dataset.user;

const chat = {
  room: document.body.dataset.room,
  cursor: document.body.dataset.cursor,
  people: null,
  token: form.elements._xsrf.value,

  tell(news) {
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    if (news.missed) addNote("Some messages in between are not kept any more.");
    for (const message of news.messages ?? []) addMessage(message);
    if (news.people) showPeople(news.people);
    if (news.cursor) this.cursor = news.cursor;
    if (isAtEnd) scrollToEnd();
  },

  showStatus(isConnected) {
    statusLine.textContent = isConnected ? "connected" : "reconnecting";
    statusLine.className = isConnected ? "connected" : "away";
    if (isConnected) outbox.wake();
  },

  // Poll for now; the next page tries a websocket again.
  fallBack() {
    chooser.value = "polling";
    change();
  },
};

// Messages that are not stored yet. The next one is sent when the one before it is stored, so
// they keep their order; one that got no answer is sent again with its id, and the server knows it.
const outbox = {
  messages: [],
  isSending: false,

  add(text) {
    const id = randomId();
    const element = addPending(id, text);
    this.messages.push({ id, text, element });
    this.wake();
  },

  async wake() {
    if (this.isSending) return;
    this.isSending = true;
    while (this.messages.length) {
      const { id, text, element } = this.messages[0];
      const answer = await transport.send({ id, text });
      if (answer.stored) {
        this.messages.shift();
      } else if (answer.refused && answer.retry_after == null) {
        this.messages.shift();
        showRefusal(element, answer.reason);
      } else if (answer.refused) {
        await pause(1000 * answer.retry_after);
      } else {
        await pause(500);
      }
    }
    this.isSending = false;
  },
};

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function addMessage(message) {
  if (document.getElementById(`m${message.position}`)) return;
  findPending(message)?.remove();
  const holder = document.createElement("template");
  holder.innerHTML = message.html; // made by the server's template, which escapes
  const element = holder.content.firstElementChild;
  log.insertBefore(element, log.querySelector(".pending"));
  finish(element);
}

function addPending(id, text) {
  const element = document.createElement("article");
  element.className = "message pending";
  Object.assign(element.dataset, { id, name: user });
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  element.append(paragraph);
  log.append(element);
  finish(element);
  scrollToEnd();
  return element;
}

function findPending(message) {
  if (message.name !== user) return null;
  return log.querySelector(`.pending[data-id="${CSS.escape(message.id)}"]`);
}

function showRefusal(element, reason) {
  const note = document.createElement("span");
  note.className = "reason";
  note.textContent = reason;
  element.append(note);
  element.classList.replace("pending", "refused");
}

// What depends on the reader: whose message it is, the time of day, and what it follows.
function finish(element) {
  const previous = element.previousElementSibling;
  const isSameName = previous?.dataset.name === element.dataset.name;
  const time = element.querySelector("time");
  if (time) {
    const sent = new Date(1000 * time.dataset.sent);
    time.dateTime = sent.toISOString();
    time.textContent = sent.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  }
  element.classList.toggle("mine", element.dataset.name === user);
  element.classList.toggle("follows", isSameName || !time);
}

function addNote(text) {
  const note = document.createElement("p");
  note.className = "missed";
  note.textContent = text;
  log.insertBefore(note, log.querySelector(".pending"));
}

function showPeople(people) {
  chat.people = people.map((person) => person.name);
  document.getElementById("people").replaceChildren(
    ...people.map(({ name, hue }) => {
      const item = document.createElement("li");
      const dot = document.createElement("span");
      dot.className = `dot hue-${hue}`;
      item.append(dot, name);
      return item;
    }),
  );
  document.getElementById("count").textContent = people.length;
}

function scrollToEnd() {
  log.scrollTop = log.scrollHeight;
}

function send(event) {
  event?.preventDefault();
  const text = field.value.trim();
  if (text) outbox.add(text);
  field.value = "";
  field.focus();
}

form.addEventListener("submit", send);
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
});

const transports = { socket: SocketTransport, polling: PollingTransport };

chooser.value = localStorage.getItem("transport") === "polling" ? "polling" : "socket";
let transport = new transports[chooser.value](chat);

function change() {
  transport.close();
  transport = new transports[chooser.value](chat);
}

chooser.addEventListener("change", () => {
  localStorage.setItem("transport", chooser.value);
  change();
});

log.querySelectorAll(".message").forEach(finish);
scrollToEnd();
