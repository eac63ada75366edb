package io.barnabas.metadata;

import java.util.List;

/** A node that may become the active controller says where it is reached and what it supports. */
public record RegisterController(Fact.ControllerImage controller)
    implements Command<RegisterController.Registered> {

  @Override
  public boolean isMembers() {
    return true;
  }

  /**
   * Nothing changes if all of it is known.
   *
   * @throws org.apache.kafka.common.errors.UnsupportedVersionException if it does not support what
   *     the cluster uses
   */
  @Override
  public Decision<Registered> decide(ClusterImage image, long nowMs) {
    FeatureLevels.checkSupport("controller", image.features(), controller.features());
    boolean known = controller.equals(image.controllers().get(controller.id()));
    return new Decision<>(
        known ? List.of() : List.of(new Fact.ControllerRegistered(controller)), new Registered());
  }

  /** The controller is known. */
  public record Registered() {}
}
