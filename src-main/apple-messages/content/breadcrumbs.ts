const TOKEN = /\$\(kIMTranscriptPluginBreadcrumbText(Sender|Receiver)Identifier\)/g;

/**
 * A heading such as `$(kIMTranscriptPluginBreadcrumbTextReceiverIdentifier) closed all three Activity rings.`
 * with its people named: this Mac's owner is `You`, the other one goes by handle.
 */
export function namePeople(text: string, isFromMe: boolean, other: string | null): string {
  return text.replaceAll(TOKEN, (_token, role: string) => {
    const isOwner = (role === "Sender") === isFromMe;
    return isOwner ? "You" : (other ?? "Somebody");
  });
}
