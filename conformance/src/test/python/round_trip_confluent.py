"""Sends records with confluent-kafka, reads them back, and compares; arguments: servers, topic."""

import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
RECORDS = 2000


def main(servers, topic):
    admin = AdminClient({"bootstrap.servers": servers})
    for created in admin.create_topics([NewTopic(topic, len(CODECS), 1)]).values():
        created.result(30)
    for partition, codec in enumerate(CODECS):
        producer = Producer(
            {
                "bootstrap.servers": servers,
                "compression.type": codec,
                "acks": "all",
                "enable.idempotence": True,
            }
        )
        for i in range(RECORDS):
            producer.produce(topic, value(codec, i), key=str(i), partition=partition)
        assert producer.flush(30) == 0, "not all acknowledged"
    consumer = Consumer(
        {"bootstrap.servers": servers, "group.id": "none", "enable.auto.commit": False}
    )
    for partition, codec in enumerate(CODECS):
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), 30)
        assert (low, high) == (0, RECORDS), (low, high)
        consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING)])
        for i in range(RECORDS):
            message = consumer.poll(30)
            assert message is not None and message.error() is None, message and message.error()
            assert message.offset() == i, (message.offset(), i)
            assert message.key() == str(i).encode(), message.key()
            assert message.value() == value(codec, i), message.value()
    consumer.close()
    for deleted in admin.delete_topics([topic]).values():
        deleted.result(30)
    print("all the same")


def value(codec, i):
    return f"{codec} record {i} of some text that repeats, and repeats".encode()


main(*sys.argv[1:])
