"""Publishing an input with a progress bar."""

from intake.publisher import Publisher
from isegoria.inputs import Input
from isegoria.show import progress


def publish(source: Input, kafka: str, label: str) -> int:
    """Publish every event, and return how many once Kafka has all of them.

    Raises:
        DeliveryError: Events did not reach Kafka; it names them.
    """
    published = 0
    with progress() as bar, Publisher(kafka, "isegoria-import") as publisher:
        task = bar.add_task(label, total=source.total)
        for event in source.events:
            publisher.publish(event)
            published += 1
            if published % 500 == 0:
                bar.update(task, completed=published)
        bar.update(task, completed=published, total=published)
    return published
