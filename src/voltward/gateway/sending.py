"""The answers of a whole batch leave at once; what a socket does not take, its transport keeps."""

from __future__ import annotations

import numpy as np

from voltward.gateway.batch import Batch
from voltward.gateway.kernels.send import send_each


def send_answers(batch: Batch) -> None:
    """Success answers of a batch that is on disk, to every link that is still there.

    A call for each link through its transport costs as much as all else that a frame needs, so
    sockets without anything queued are written to by one compiled loop. Order holds: a link
    whose transport still has bytes is not among them.
    """
    spans = batch.spans
    descriptors = np.array([link.open_descriptor() for link in spans.links], np.int32)
    data = np.frombuffer(batch.answers, np.uint8)
    done = spans.starts + send_each(descriptors, data, spans.starts, spans.stops)
    for place in np.flatnonzero(done < spans.stops).tolist():
        link = spans.links[place]
        if link.gone is None:
            link.transport.write(batch.answers[done[place] : spans.stops[place]])
