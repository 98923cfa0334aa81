"""Making anew what can be made anew from Kafka: the tables, what is derived, the partitions."""
