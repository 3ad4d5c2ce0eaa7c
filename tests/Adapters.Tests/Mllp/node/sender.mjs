// npm's node-hl7-client as an MLLP sender: node sender.mjs PORT COUNT HOW [CA-FILE]. HOW: `in-turn`, each message after the answer to the one before, as MLLP
// release 1 asks; `at-once`, all without waiting for answers; `queued`, all given to the library at once, which is to wait for each answer itself.
// Prints a JSON line for each answer.
import { readFileSync } from "node:fs";
import { Client, Message } from "node-hl7-client";

const [port, count, how, authority] = process.argv.slice(2);
const client = new Client({ host: "127.0.0.1", ...(authority ? { tls: { ca: readFileSync(authority), servername: "mllp.test", checkServerIdentity: () => undefined } } : {}) });
let number = 0;
let answers = 0;
const send = () => {
  number++;
  const message = new Message({ messageHeader: { msh_9_1: "ADT", msh_9_2: "A01", msh_10: `NODE${number}`, msh_11_1: "P" } });
  message.set("MSH.3", "HIS");
  message.set("MSH.18", "UNICODE UTF-8");
  const patient = message.addSegment("PID");
  patient.set("3", `Z${number}`);
  patient.set("5.1", "测试");
  return connection.sendMessage(message);
};
const connection = client.createConnection({ port: Number(port), waitAck: how !== "at-once" }, async (response) => {
  const answer = response.getMessage();
  console.log(JSON.stringify({
    code: answer.get("MSA.1").toString(), id: answer.get("MSA.2").toString(), type: answer.get("MSH.9.1").toString(), structure: answer.get("MSH.9.3").toString(),
    application: answer.get("MSH.5").toString(),
  }));
  if (++answers === Number(count)) process.exit(0); // the library keeps a timer
  if (number < Number(count)) await send();
});

if (how === "queued") {
  // The library empties its queue by sending, and sending puts back what must wait: promises without end, between which node never gets to read the answer.
  // A turn of node's event loop that changes the queue ten thousand times is that.
  let changes = 0;
  connection.on("client.pending", (waiting) => {
    if (changes === 0) setImmediate(() => { changes = 0; });
    if (++changes < 10_000) return;
    console.log(JSON.stringify({ starved: true, sent: connection.stats.sent, waiting, answers }));
    process.exit(0);
  });
}

do await send(); while (how !== "in-turn" && number < Number(count));
