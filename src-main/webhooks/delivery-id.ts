/** `dlv_…`: one event on its way to one endpoint, the same on every attempt. */
export function deliveryId(webhookId: string, seq: number): string {
  return `dlv_${webhookId}_${seq}`;
}

/** What a delivery's id says; null when it is none. */
export function parseDeliveryId(id: string): { webhookId: string; seq: number } | null {
  const found = /^dlv_(.+)_(\d{1,15})$/s.exec(id);
  return found?.[1] === undefined ? null : { webhookId: found[1], seq: Number(found[2]) };
}
