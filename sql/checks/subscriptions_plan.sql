-- check: subscriptions_plan
-- severity: warning
-- title: A subscription's plan is one of its product's
-- why: What is billed is said by the plan, what for by the product.
-- streams: subscriptions, product_subscription_plans
-- columns: subscriptions.product_id, subscriptions.subscription_plan_id

select
  subscription.id as key,
  format(
    'is for product %s, its plan %s is of product %s',
    subscription.product_id, subscription.subscription_plan_id, plan.product_id
  ) as explanation
from :data.subscriptions as subscription
join :data.product_subscription_plans as plan
  on plan.id = subscription.subscription_plan_id and plan._sdc_deleted_at is null
where subscription._sdc_deleted_at is null
  and plan.product_id <> subscription.product_id
  and not exists (
    select
    from :data.product_subscription_plans as own
    where own.id = subscription.subscription_plan_id
      and own.product_id = subscription.product_id
  )
