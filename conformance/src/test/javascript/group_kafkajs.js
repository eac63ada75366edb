// Reads a topic as a member of a group with kafkajs; arguments: servers, topic, group.
// Prints a line whenever it has joined, with what it owns, and one for each record that it has read and committed.

const { Kafka, logLevel } = require("kafkajs");

async function main(servers, topic, group) {
  const kafka = new Kafka({ brokers: servers.split(","), logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: group, sessionTimeout: 6000, heartbeatInterval: 300 });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const owned = payload.memberAssignment[topic] || [];
    console.log(["owns", ...[...owned].sort()].join(" "));
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => {
      const offset = (BigInt(message.offset) + 1n).toString();
      await consumer.commitOffsets([{ topic, partition, offset }]);
      console.log(`read ${partition} ${message.value}`);
    },
  });
}

main(...process.argv.slice(2)).catch((failure) => {
  console.error(failure);
  process.exit(1);
});
