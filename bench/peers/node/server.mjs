// Node's `ws`: a set of sockets per room. Usage: node server.mjs HOST:PORT

import { WebSocketServer } from "ws";

const [host, port] = process.argv[2].split(":");
const rooms = new Map();
const server = new WebSocketServer({ host, port: Number(port), perMessageDeflate: false });

server.on("connection", (socket, request) => {
  request.socket.setNoDelay(true);
  const room = request.url.split("/")[3];
  if (!rooms.has(room)) rooms.set(room, new Set());
  const members = rooms.get(room);
  members.add(socket);
  socket.on("message", (data) => {
    const { message } = JSON.parse(data);
    const text = JSON.stringify({ message });
    for (const member of members) {
      if (member.readyState === member.OPEN) member.send(text);
    }
  });
  socket.on("close", () => members.delete(socket));
  socket.on("error", () => members.delete(socket));
});
