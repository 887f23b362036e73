import { followPages } from './pages.js';

followPages(1, 3);
