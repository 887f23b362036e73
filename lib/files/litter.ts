/** Whether a file is one that file managers leave in every folder that they have shown. */
export const isLitter = (name: string) => ['.DS_Store', 'Thumbs.db', 'desktop.ini'].includes(name);
