/** Hand-made histories with every anomaly, and the ones that are none. */
@NullMarked
package io.barnabas.chaos.check;

import org.jspecify.annotations.NullMarked;
