import { followPages } from './pages.js';

followPages(0, 3);
