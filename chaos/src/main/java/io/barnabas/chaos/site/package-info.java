/**
 * Where nodes live: as plain processes, or with networks and disks of their own that can be broken.
 *
 * <p>Owns network namespaces on a bridge and file systems on loop devices, and the faults of both;
 * that needs root and Linux. Promises: closing takes away everything that was made here, and so
 * does the end of the JVM.
 *
 * <p>Start reading at {@link io.barnabas.chaos.site.Site}.
 */
@NullMarked
package io.barnabas.chaos.site;

import org.jspecify.annotations.NullMarked;
