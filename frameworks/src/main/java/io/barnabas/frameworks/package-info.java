/**
 * Programs made with frameworks that others build on Kafka, or to be run with old client libraries:
 * as processes of their own with the libraries of that release; tests of conformance do. Promises
 * nothing: it ships with nothing. Start reading with {@link io.barnabas.frameworks.WordCount}.
 */
@NullMarked
package io.barnabas.frameworks;

import org.jspecify.annotations.NullMarked;
