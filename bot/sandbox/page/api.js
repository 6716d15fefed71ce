// The sandbox's own HTTP interface; the key travels in a cookie that scripts cannot read.

async function request(method, path, body) {
  const response = await fetch(`/sim/${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || `The local Telegram answered ${response.status}`);
  return answer;
}

const get = (path) => request("GET", path);
const post = (path, body) => request("POST", path, body);

export const loadState = () => get("state");
export const loadChat = (chatId, limit) => get(`chat/${chatId}?format=json&limit=${limit}`);
export const loadCommands = (chatId, userId) => get(`commands?chat_id=${chatId}&user_id=${userId}`);
export const loadOutbox = (since) => get(`outbox?since=${since}`);
export const loadProblems = () => get("problems");
export const sendMessage = (message) => post("message", message);
export const sendDocument = (document) => post("document", document);
export const press = (button) => post("press", button);
export const askInline = (typed) => post("inline", typed);
export const chooseInline = (choice) => post("choose", choice);
export const unblock = (userId) => post("block", { user_id: userId, blocked: false });
export const moveClock = (change) => post("clock", change);
