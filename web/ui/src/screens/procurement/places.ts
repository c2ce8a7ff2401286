import { hrefOf, type Query } from '../../route';

/** The address of a questionnaire, or of the list of all. */
export function questionnaireHref(id?: string, query: Query = {}): string {
  return hrefOf(['procurement', 'questionnaires', ...(id === undefined ? [] : [id])], query);
}
