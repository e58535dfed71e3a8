// Line drawings of 24 by 24, beside a text that says the same.
const PATHS = {
  home: 'M4 11.5 12 5l8 6.5V19a1 1 0 0 1-1 1h-4.5v-5h-5v5H5a1 1 0 0 1-1-1Z',
  people:
    'M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19.5c.6-3.4 3.2-5 6.5-5s5.900 1.600 6.500 5M16 4.800a3.300 3.300 0 0 1 0 6.400M18 14.900c2 .7 3.200 2.300 3.500 4.600',
  person:
    'M12 11.500a3.800 3.800 0 1 0 0-7.600 3.800 3.800 0 0 0 0 7.600ZM4.500 20c.7-3.800 3.700-5.500 7.500-5.500s6.800 1.700 7.500 5.500',
  settings: 'M4 7h9m4 0h3M4 17h3m4 0h9M15 4.800v4.400M9 14.800v4.400',
  plus: 'M12 5v14M5 12h14',
  route:
    'M6 18.500a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM18 9.500a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM8 16.500h6.500a3 3 0 0 0 0-6H9.500a3 3 0 0 1 0-6H13',
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
);
