"""The HTTP intake: channels in any language publish events, and get a clear answer."""
