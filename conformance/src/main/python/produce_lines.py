"""Produces every line of a file to partition 0 of a topic with confluent-kafka; fails if one is refused.

Arguments: bootstrap servers, topic, compression type, file.
"""

import sys

from confluent_kafka import Producer


def main(servers, topic, compression, path):
    refused = []

    def note(error, _message):
        if error is not None:
            refused.append(error)

    producer = Producer(
        {
            "bootstrap.servers": servers,
            "compression.type": compression,
            "acks": "all",
            "enable.idempotence": True,
            "linger.ms": 20,
            "queue.buffering.max.messages": 500_000,
            "delivery.report.only.error": True,
            "on_delivery": note,
        }
    )
    sent = 0
    with open(path, "rb") as lines:
        for line in lines:
            value = line.rstrip(b"\n")
            while True:
                try:
                    producer.produce(topic, value, partition=0)
                    break
                except BufferError:
                    producer.poll(0.5)
            sent += 1
            if sent % 1000 == 0:
                producer.poll(0)
    left = producer.flush(120)
    print(f"{sent} sent, {left} left, {len(refused)} refused {refused[:1]}")
    return 0 if left == 0 and not refused else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
