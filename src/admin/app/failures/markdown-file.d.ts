declare module "*.md" {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: the bundler gives a text file's content as its default
  export default text;
}
