/** What a plan promises for every seed. */
@NullMarked
package io.barnabas.chaos.plan;

import org.jspecify.annotations.NullMarked;
