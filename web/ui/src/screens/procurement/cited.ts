import type { Question } from '../../api/questionnaires';

const PREFIX = 'document:';

/** Kinds of the documents that approved answers cite. */
export function citedDocuments(questions: readonly Pick<Question, 'approved'>[]): string[] {
  const cites = questions.flatMap((one) => one.approved?.cites ?? []);
  return [...new Set(cites.filter((one) => one.startsWith(PREFIX)).map((one) => one.slice(PREFIX.length)))].sort();
}
