declare module 'undom' {
  export default function undom(): Document;
}
