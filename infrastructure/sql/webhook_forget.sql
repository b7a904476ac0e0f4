-- Removes deliveries that were kept for long enough; answers how many.
SELECT daybook.forget_webhook_deliveries(now() - make_interval(days => $1), $2, $3)
