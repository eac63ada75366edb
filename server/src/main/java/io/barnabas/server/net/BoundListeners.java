package io.barnabas.server.net;

import io.barnabas.world.Listener;
import io.barnabas.world.World;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Ports that were taken. Clients that come already are kept waiting until a {@link ClientServer}
 * serves them. Thread-safe.
 */
public final class BoundListeners implements Closeable {
  private final List<Bound> all;

  /** A listener and its name. */
  record Bound(String name, Listener listener) {}

  private BoundListeners(List<Bound> all) {
    this.all = List.copyOf(all);
  }

  /**
   * Takes the ports, all or none.
   *
   * @throws BindException if an address is taken or is not this machine's; the message names it
   */
  public static BoundListeners bind(World world, List<ListenerBinding> bindings)
      throws IOException {
    List<Bound> bound = new ArrayList<>();
    boolean done = false;
    try {
      for (ListenerBinding binding : bindings) {
        bound.add(new Bound(binding.name(), listen(world, binding)));
      }
      done = true;
      return new BoundListeners(bound);
    } finally {
      if (!done) {
        bound.forEach(each -> each.listener().close());
      }
    }
  }

  private static Listener listen(World world, ListenerBinding binding) throws IOException {
    try {
      return binding.network().orElseGet(world::network).listen(binding.address());
    } catch (BindException e) {
      BindException clear =
          new BindException(
              "The listener %s cannot have the address %s:%d: %s."
                  .formatted(
                      binding.name(),
                      binding.address().getHostString(),
                      binding.address().getPort(),
                      e.getMessage()));
      clear.initCause(e);
      throw clear;
    }
  }

  List<Bound> all() {
    return all;
  }

  /** The addresses that are listened on, in the order of the bindings, with their real ports. */
  public List<InetSocketAddress> addresses() {
    return all.stream().map(each -> each.listener().localAddress()).toList();
  }

  /** Lets go of the ports; safe to repeat. */
  @Override
  public void close() {
    all.forEach(each -> each.listener().close());
  }
}
