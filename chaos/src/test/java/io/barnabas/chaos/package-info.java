/** A short run of the whole program, with the faults that need no root. */
@NullMarked
package io.barnabas.chaos;

import org.jspecify.annotations.NullMarked;
