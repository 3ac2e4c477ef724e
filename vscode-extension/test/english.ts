/** The editor's translator, as it is for English. */
export const l10n = {
  t: (message: string, ...args: (string | number | boolean)[]): string =>
    message.replace(/\{(\d+)\}/g, (_, at: string) => String(args[Number(at)])),
};
