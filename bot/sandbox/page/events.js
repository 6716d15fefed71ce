// The stream of events. When it breaks the page says so, tries again, and loads everything anew once it is back.

import { emit } from "./store.js";
import { connectionLost } from "./feedback.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;

let wait = FIRST_WAIT_MS;

export function listen() {
  const source = new EventSource("/sim/events");
  source.onopen = () => {
    wait = FIRST_WAIT_MS;
    connectionLost(false);
    emit("connected");
  };
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    emit(event.type === "state" ? "reload" : event.type, event);
  };
  source.onerror = () => {
    source.close();
    connectionLost(true);
    setTimeout(listen, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  };
}
