"""Updates, milestones and principles: what a workspace says beside its pages."""
