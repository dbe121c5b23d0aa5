/** TypeScript in components is type-only, so the compiler reads it as it is. */
export default { compilerOptions: { runes: true } };
