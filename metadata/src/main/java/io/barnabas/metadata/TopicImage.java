package io.barnabas.metadata;

import org.apache.kafka.common.Uuid;
import org.pcollections.PMap;

/** A topic and its partitions by number. */
public record TopicImage(String name, Uuid id, PMap<Integer, PartitionImage> partitions) {}
