import { render } from 'preact';
import { App } from './app';
import { language } from './texts';
import './theme';

document.documentElement.lang = language;
render(<App />, document.getElementById('app') as HTMLElement);
