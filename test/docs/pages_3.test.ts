import { followPages } from './pages.js';

followPages(2, 3);
