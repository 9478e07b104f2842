declare const brand: unique symbol;

/** A value that only a parser makes: `text is Sha256` in a type guard is the one way to get it. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };
